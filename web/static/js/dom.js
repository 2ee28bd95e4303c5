// Building pages out of nodes. Data becomes text nodes only; there is no way in for markup.

const SVG = "http://www.w3.org/2000/svg";

/** The address if a person may follow it: http, https or a path of this site. Else null. */
export function safeUrl(address) {
  if (typeof address !== "string" || address === "") return null;
  try {
    const url = new URL(address, location.origin);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

const isOutside = (href) => new URL(href).origin !== location.origin;

function setAttribute(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) return node.addEventListener(name.slice(2), value);
  if (name === "href") {
    const href = safeUrl(value);
    if (!href) return;
    node.setAttribute("href", href);
    if (isOutside(href)) {
      node.setAttribute("rel", "noopener noreferrer");
      node.setAttribute("target", "_blank");
    }
    return;
  }
  node.setAttribute(name, value === true ? "" : String(value));
}

function build(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) setAttribute(node, name, value);
  node.append(
    ...children
      .flat(3)
      .filter((child) => child !== null && child !== undefined && child !== false && child !== ""),
  );
  return node;
}

/** An element: h("td", {class: "num"}, "text", node, [more]). */
export const h = (tag, attributes, ...children) =>
  build(document.createElement(tag), attributes, children);

/** An element of a drawing. */
export const s = (tag, attributes, ...children) =>
  build(document.createElementNS(SVG, tag), attributes, children);

/** A link where the address may be followed, else the content alone. */
export function link(address, attributes, ...children) {
  return safeUrl(address)
    ? h("a", { ...attributes, href: address }, ...children)
    : h("span", null, ...children);
}

const canvas = document.createElement("canvas").getContext("2d");

/** Width in pixels of a label at 11 px. */
export function labelWidth(text, weight = 400) {
  canvas.font = `${weight} 11px ${getComputedStyle(document.body).fontFamily}`;
  return canvas.measureText(text).width;
}

/** Draws once its place has a width, and again when the width changes: draw(width) gives the node. */
export function responsive(holder, draw) {
  let drawn = 0;
  const redraw = () => {
    const width = Math.floor(holder.clientWidth);
    if (width < 40 || Math.abs(width - drawn) < 2) return;
    drawn = width;
    holder.replaceChildren(draw(width));
  };
  new ResizeObserver(redraw).observe(holder);
  return holder;
}
