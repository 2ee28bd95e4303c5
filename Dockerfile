# The application's own image: API, dashboard and worker are one distribution with several commands.
FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/headwater
COPY requirements.txt pyproject.toml README.md LICENSE NOTICE ./
RUN /opt/headwater/bin/pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY core core
COPY connectors connectors
COPY store store
COPY correlator correlator
COPY metrics metrics
COPY pipeline pipeline
COPY api api
COPY web web
COPY simulator simulator
COPY cli cli
COPY conformance conformance
COPY tests/golden tests/golden
COPY docs/metrics docs/metrics
COPY migrations migrations
RUN /opt/headwater/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 headwater
COPY --from=build /opt/headwater /opt/headwater
ENV PATH=/opt/headwater/bin:$PATH HEADWATER_CONFIG=/etc/headwater/headwater.toml
USER headwater
WORKDIR /home/headwater
EXPOSE 8080
ENTRYPOINT ["headwater"]
CMD ["serve"]
