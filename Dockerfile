# One image for web, worker, beat and the one-off migration; docker-compose.yml says which is which.

# The front-end libraries, exactly those of the lock file.
FROM node:24-slim AS front-end
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim AS packages
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --create-home app
WORKDIR /app
COPY --from=packages /venv /venv
COPY --from=front-end /app/node_modules ./node_modules
COPY manage.py ./
COPY gstbilling ./gstbilling
COPY gstbillingapp ./gstbillingapp
COPY delivery ./delivery
COPY worker ./worker
COPY templates ./templates
COPY static ./static
# Collecting reads no data: these settings serve this step alone and are not kept in the image.
RUN SECRET_KEY=collecting-reads-and-writes-no-secrets-0123456789abcdef \
    ALLOWED_HOSTS=localhost TRUSTED_ORIGINS=https://localhost DEBUG=0 \
    DATABASE_URL=postgresql://nobody@nowhere/none REDIS_URL=redis://nowhere:6379/0 \
    python manage.py collectstatic --noinput --verbosity 0 \
    && chown -R app:app var
USER app
EXPOSE 8000
