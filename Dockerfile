# One image for web, worker and beat; the command decides.
FROM node:20-slim AS assets
WORKDIR /src
COPY frontend/package.json frontend/package-lock.json frontend/
RUN npm ci --prefix frontend --omit=dev --no-audit --no-fund
COPY frontend frontend
COPY templates templates
# The counters of browser and server read one list.
COPY core/text/tlds.json core/text/tlds.json
COPY platforms platforms
RUN npm run build --prefix frontend

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
COPY --from=assets /src/frontend/dist frontend/dist
RUN VAR_DIR=/tmp/build python manage.py collectstatic --noinput -v0 \
    && useradd --create-home --uid 1000 elevoai && mkdir -p /app/var && chown elevoai /app/var /app/staticfiles
USER elevoai
EXPOSE 8000
CMD ["sh", "-c", "uvicorn config.asgi:application --host 0.0.0.0 --port ${PORT:-8000} --workers 2 --timeout-worker-healthcheck 60 --no-proxy-headers --ws-max-size 65536 --ws-per-message-deflate false --timeout-graceful-shutdown 20"]
