// Sets the chosen theme before the first paint; the system's choice needs nothing.
(() => {
  try {
    const theme = localStorage.getItem("headwater.theme");
    if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage may be closed to us; then the page follows the system.
  }
})();
