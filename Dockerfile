# Two stages: pip and its leftovers stay in the first. 3.12 is the newest Python that discord.py
# runs on without a replacement for `audioop`.
FROM python:3.12-slim AS build
WORKDIR /build
RUN python -m venv /venv
# What we depend on changes seldom: this layer is cached until pyproject.toml or the pins change.
COPY pyproject.toml constraints.txt README.md LICENSE ./
RUN mkdir bot cogs && touch bot/__init__.py cogs/__init__.py \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check -c constraints.txt ".[heic,postgres]" \
    && /venv/bin/pip uninstall --yes plantain
COPY bot bot
COPY cogs cogs
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps .

FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PATH=/venv/bin:$PATH DATA_DIR=/data
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin plantain \
    && mkdir /data && chown 10001:10001 /data
WORKDIR /data
VOLUME /data
USER 10001:10001
COPY --from=build /venv /venv
ENTRYPOINT ["plantain"]
CMD ["run"]
