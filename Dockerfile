# The same base each time: --build-arg BASE=python:3.11-slim-bookworm@sha256:… of `docker pull`.
ARG BASE=python:3.11-slim-bookworm
FROM ${BASE} AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore

WORKDIR /src
RUN python -m venv /srv/venv
COPY constraints.txt ./

# The CPU build of torch, in a layer of its own; its dependencies follow from PyPI.
RUN /srv/venv/bin/pip install --constraint constraints.txt --no-deps \
        --extra-index-url https://download.pytorch.org/whl/cpu torch==2.13.0
RUN pip install --constraint constraints.txt hatchling

COPY pyproject.toml README.md LICENSE ./
COPY resnet_core resnet_core
COPY app app
COPY templates templates
COPY static static
COPY docs/resnet-diagram.1 docs/
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /srv/dist . \
    && /srv/venv/bin/pip install --constraint constraints.txt "$(echo /srv/dist/*.whl)[server]" \
    && /srv/venv/bin/pip check


FROM ${BASE}

# The libraries that pygraphviz's own Graphviz needs, and fonts for Latin and Chinese labels.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        fontconfig \
        fonts-liberation \
        fonts-noto-cjk \
        libexpat1 \
        libglib2.0-0 \
        libx11-6 \
        libxext6 \
        libxrender1 \
        tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --shell /usr/sbin/nologin resnet \
    && install --directory --owner 10001 /var/cache/resnet-diagram

COPY --from=build /srv/venv /srv/venv
ENV PATH="/srv/venv/bin:$PATH" \
    PYTHONUNBUFFERED=1
RUN python -c "import pygraphviz, torch"

# It runs with --read-only as it is: a socket lies in /tmp, or else in /dev/shm. Drawings outlive the
# container where a volume is given: --volume drawings:/var/cache/resnet-diagram
# Memory: 1 GB is usual, 3 GB (--memory 3g) a safe limit for two workers.
USER 10001
WORKDIR /home/resnet
ENV PORT=8000
EXPOSE 8000

# Whether it can draw, not only whether it listens; bash speaks HTTP without starting a Python.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$PORT && printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 && head -1 <&3 | grep -q ' 200 '"]

# tini passes signals on and buries what the fork server leaves behind.
ENTRYPOINT ["tini", "--"]
CMD ["sh", "-c", "exec resnet-diagram serve --host 0.0.0.0 --port $PORT"]
