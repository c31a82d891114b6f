# The portal for a host of its own. The tree is copied and run from, never pip-installed: templates/, static/ and
# instance/ stand beside the packages.
#
#   docker build -t genregenie .
#   docker run -p 8000:8000 -v genregenie:/app/instance -e APP_ENV=production \
#       -e SECRET_KEY=... -e PUBLIC_URL=https://music.example.org genregenie
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
WORKDIR /app

COPY requirements-servers.lock .
RUN python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements-servers.lock

COPY wsgi.py Procfile ./
COPY classifier classifier
COPY portal portal
COPY migrations migrations
COPY templates templates
COPY static static
COPY docs/guide docs/guide

RUN useradd --create-home --uid 1000 genregenie \
    && install -d -o genregenie -g genregenie /app/instance
USER genregenie
VOLUME /app/instance
EXPOSE 8000
ENV PORT=8000 BIND=0.0.0.0

HEALTHCHECK CMD python -c "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz')"
CMD ["sh", "-c", "flask --app wsgi db upgrade && exec honcho start"]
