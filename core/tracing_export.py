"""Sends spans by OpenTelemetry (extra `tracing`); imported only where `[tracing]` asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span as OtelSpan
from opentelemetry.trace import SpanKind, Status, StatusCode, get_current_span
from opentelemetry.trace import Tracer as OtelTracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from core.tracing import Kind, Value, dotted, traced_by
from core.tracing_settings import Tracing

_KINDS: Final = {
    "internal": SpanKind.INTERNAL,
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
}


@contextmanager
def exporting(settings: Tracing, into: SpanExporter | None = None) -> Iterator[None]:
    """Spans are made and sent while the block runs; what waits is sent at its end.

    into: takes each span at once, instead of the endpoint taking them in batches. A receiver that
    does not answer loses spans and stops nothing.
    """
    resource = Resource({"service.name": settings.service, "service.version": _version()})
    sampler = ParentBased(TraceIdRatioBased(settings.sample))
    provider = TracerProvider(sampler=sampler, resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(
        BatchSpanProcessor(_sender(settings)) if into is None else SimpleSpanProcessor(into)
    )
    try:
        with traced_by(_Tracer(provider.get_tracer("headwater"))):
            yield
    finally:
        provider.shutdown()


def _sender(settings: Tracing) -> SpanExporter:
    headers = {name: secret.get_secret_value() for name, secret in settings.headers.items()}
    return OTLPSpanExporter(endpoint=settings.endpoint, headers=headers, timeout=5)


class _Span:
    def __init__(self, span: OtelSpan) -> None:
        self._span = span

    def set(self, **attributes: Value) -> None:
        self._span.set_attributes(dotted(attributes))

    def fail(self, kind: str) -> None:
        self._span.set_attribute("error.type", kind)
        self._span.set_status(Status(StatusCode.ERROR))


class _Tracer:
    """The words of an exception may quote what was read: they are kept out."""

    def __init__(self, tracer: OtelTracer) -> None:
        self._tracer = tracer
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def begin(
        self, name: str, kind: Kind, attributes: Mapping[str, Value], carrier: Mapping[str, str]
    ) -> Iterator[_Span]:
        context = self._propagator.extract(carrier) if carrier else None
        with self._tracer.start_as_current_span(
            name,
            context=context,
            kind=_KINDS[kind],
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as made:
            yield _Span(made)

    def inside(self) -> bool:
        return get_current_span().is_recording()


def _version() -> str:
    try:
        return version("headwater")
    except PackageNotFoundError:
        return "0"
