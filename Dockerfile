# The service: everything but Asterisk (compose.yaml puts one beside it).
FROM python:3.13-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends espeak-ng && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/helpline
COPY requirements.lock ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY ivr ivr
COPY asterisk asterisk
COPY dialplans dialplans
COPY prompts prompts
# In place, since the service reads asterisk/, dialplans/ and prompts/ beside the package.
RUN pip install --no-cache-dir --no-deps --no-build-isolation -e .
# Secrets, journals and the prompt cache live on a volume.
ENV IVR_SECRETS=/var/lib/helpline/secrets.json IVR_STATE=/var/lib/helpline/state
VOLUME /var/lib/helpline
# FastAGI 4573, media 8089, agents' pages 8080: all on 127.0.0.1 of the host's network, see compose.yaml
EXPOSE 4573 8089 8080
CMD ["ivr", "serve"]
