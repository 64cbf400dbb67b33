FROM python:3.11-slim-bookworm AS build

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
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /srv/dist . \
    && /srv/venv/bin/pip install --constraint constraints.txt /srv/dist/*.whl \
    && /srv/venv/bin/pip check


FROM python:3.11-slim-bookworm

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
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --shell /usr/sbin/nologin resnet

COPY --from=build /srv/venv /srv/venv
ENV PATH="/srv/venv/bin:$PATH" \
    PYTHONUNBUFFERED=1
RUN python -c "import pygraphviz, torch"

USER resnet
WORKDIR /home/resnet
EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]

CMD ["resnet-diagram", "serve", "--host", "0.0.0.0", "--port", "8000"]
