# One image for web, worker and beat; docker-compose.yml says which is which.
FROM python:3.13-slim-bookworm

# Pango draws the packets; the fonts themselves come with the code, a Chinese one included.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home /app --shell /usr/sbin/nologin loopwright \
    && install -d -o loopwright -g loopwright /data

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data
WORKDIR /app
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
# The key only lets the settings load; nothing signed with it leaves this step.
RUN SECRET_KEY=only-while-building DATA_DIR=/tmp/build python manage.py collectstatic --noinput --verbosity 0

USER loopwright
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "8"]
