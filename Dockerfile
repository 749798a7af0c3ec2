# syntax=docker/dockerfile:1
# docker build -t tenantry .
# docker run -p 8080:8080 -v tenantry:/data tenantry

FROM rust:1.95-slim-trixie AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev nodejs npm \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked -p tenantry --bin tenantry \
 && cp target/release/tenantry /tenantry

FROM debian:trixie-slim
# Root certificates for outgoing TLS; time zones for billing months.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin tenantry \
 && install -d -o tenantry -g tenantry -m 0700 /data
COPY --from=build /tenantry /usr/local/bin/tenantry
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
# Inside a container the loopback address reaches nobody.
ENV TENANTRY_LISTEN=0.0.0.0:8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["tenantry"]
CMD ["serve", "--data", "/data"]
