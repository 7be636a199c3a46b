# The gateway as an image; docs/deployment.md tells how to run it. Without an engine, as root:
# IMAGE=1 npx vitest run test/deploy/dockerfile.test.ts carries out these very steps in a folder and starts what comes out.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY examples/typescript/package.json examples/typescript/
RUN npm ci --no-audit --no-fund
COPY prisma.config.ts tsconfig.json tsconfig.build.json ./
COPY scripts/prisma.mjs scripts/prisma.mjs
COPY prisma prisma
COPY src src
RUN npm run build && chmod 755 dist/main.js

FROM node:20-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY examples/typescript/package.json examples/typescript/
# Only without optional packages the tools of Prisma stay away; of the optional ones the hash of passwords needs its own,
# which is another for each kind of processor.
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund
COPY --from=build /app/node_modules/@node-rs node_modules/@node-rs
# Prisma brings a compiler for every database, each in two sizes; the client uses one of them.
RUN find node_modules/@prisma/client/runtime -name 'query_compiler_*' ! -name '*_fast_bg.postgresql.*' -delete \
  && find node_modules -name '*.map' -delete

FROM node:20-bookworm-slim
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json package.json
COPY templates templates
COPY prisma/migrations prisma/migrations
COPY keys/README.md /etc/sealpost/keys/README.md
# A number, so that an orchestrator can see that it is not root. Folders that are mounted have to belong to it.
RUN ln -s /app/dist/main.js /usr/local/bin/sealpost \
  && install -d -o 10001 -g 10001 -m 0700 /var/lib/sealpost /etc/sealpost/keys \
  && install -d /etc/sealpost/templates
ENV NODE_ENV=production \
  SEALPOST_DATA=/var/lib/sealpost \
  SEALPOST_KEYS=/etc/sealpost/keys \
  SEALPOST_TEMPLATES=/etc/sealpost/templates \
  SEALPOST_HTTP=0.0.0.0:8080 \
  SEALPOST_SMTP=0.0.0.0:2525
USER 10001:10001
VOLUME /var/lib/sealpost
EXPOSE 8080 2525
# The gateway ends by itself within 10 s; give it 15: --stop-timeout 15, stop_grace_period, terminationGracePeriodSeconds.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=8s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.SEALPOST_HTTP.split(':').pop()}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["sealpost"]
CMD ["serve"]
