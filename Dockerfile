# One recipe for the gateway and the three services: PART is the folder of the part (services/users, gateway …).
# Each image holds Node, one bundled file (the gateway's also the files of its API reference) and nothing else.

FROM node:24-bookworm-slim AS build
WORKDIR /build
# Dependencies first: they change less often than the code. None of their install scripts is needed, and none of the CLI's.
COPY package.json package-lock.json .npmrc ./
COPY sdk/package.json sdk/
COPY services/kit/package.json services/kit/
COPY services/users/package.json services/users/
COPY services/orders/package.json services/orders/
COPY services/payments/package.json services/payments/
COPY gateway/package.json gateway/
COPY cli/package.json cli/
RUN npm ci --ignore-scripts --include-workspace-root -w sdk -w services/kit -w services/users -w services/orders \
      -w services/payments -w gateway
COPY build.mjs tsconfig.json ./
COPY sdk sdk
COPY services services
COPY gateway gateway
RUN node build.mjs parts && rm -f */dist/*.map services/*/dist/*.map

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
ARG PART
COPY --from=build /build/${PART}/dist ./
USER node
CMD ["node", "main.cjs"]
