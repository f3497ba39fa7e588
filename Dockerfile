# One image, one process, no root. Only folders named in .dockerignore reach the build.
#   docker build -t moments-of-change .
#   docker run -p 8000:8000 -v moments:/data moments-of-change
# Plain Dockerfile syntax: it builds with docker, podman and buildah.

ARG BASE=python:3.11-slim

FROM ${BASE} AS build
# Behind a proxy with a certificate of its own: --build-arg PIP_CERT=/path/in/the/build
ARG PIP_CERT
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
RUN python3 -m venv /venv && python3 -m venv /build \
    && /venv/bin/pip install --quiet --require-hashes -r requirements.lock \
    && /build/bin/pip install --quiet --require-hashes -r requirements-build.lock
COPY . .
RUN /build/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /wheel . \
    && /venv/bin/pip install --quiet --no-deps --no-index /wheel/*.whl

FROM ${BASE}
COPY --from=build /venv /venv
# A number, so that a cluster can check that it is not root. The folder is made here so
# that a new volume belongs to it.
RUN mkdir /data && chown 10001:10001 /data
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MOMENTS_DATA_DIR=/data \
    MOMENTS_HOST=0.0.0.0 \
    MOMENTS_PORT=8000
WORKDIR /data
VOLUME /data
EXPOSE 8000
USER 10001:10001
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python3", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"MOMENTS_PORT\"]}/live', timeout=4)"]
CMD ["moments", "serve"]
