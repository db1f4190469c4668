"""The gateway: a circuit breaker for each service, and one answer made of two."""
import asyncio
import os
import time

import httpx
from fastapi import FastAPI, HTTPException, Request, Response

FAILURES = 5
RESET_SECONDS = float(os.environ.get("BREAKER_RESET_SECONDS", "30"))
URLS = {name: os.environ[f"{name.upper()}_URL"] for name in ("users", "orders", "payments")}


class CircuitBreaker:
    def __init__(self):
        self.status = "CLOSED"
        self.failure_count = 0
        self.opened_at = 0.0

    async def call(self, send):
        if self.status == "HALF_OPEN":
            raise HTTPException(status_code=503, detail="Circuit breaker is HALF_OPEN")
        if self.status == "OPEN":
            if time.monotonic() - self.opened_at < RESET_SECONDS:
                raise HTTPException(status_code=503, detail="Circuit breaker is OPEN")
            self.status = "HALF_OPEN"
        try:
            answer = await send()
        except httpx.HTTPError as error:
            self.failed()
            raise HTTPException(status_code=503, detail=f"Service unavailable: {error}")
        if answer.status_code >= 500:
            self.failed()
        else:
            self.status = "CLOSED"
            self.failure_count = 0
        return answer

    def failed(self):
        self.failure_count += 1
        if self.status == "HALF_OPEN" or self.failure_count >= FAILURES:
            self.status = "OPEN"
            self.opened_at = time.monotonic()


circuits = {name: CircuitBreaker() for name in URLS}
client = httpx.AsyncClient(timeout=5.0)
app = FastAPI(title="API gateway")


@app.get("/health")
def health():
    return {
        "status": "ok",
        "circuits": {
            name: {"status": circuit.status, "failure_count": circuit.failure_count}
            for name, circuit in circuits.items()
        },
    }


@app.get("/status")
def status():
    return {"status": "running"}


@app.get("/users/{user_id}/details")
async def details(user_id: int):
    user, orders = await asyncio.gather(
        circuits["users"].call(lambda: client.get(f"{URLS['users']}/users/{user_id}")),
        circuits["orders"].call(lambda: client.get(f"{URLS['orders']}/orders")),
    )
    if user.status_code == 404:
        raise HTTPException(status_code=404, detail="User not found")
    return {
        "user": user.json(),
        "orders": [order for order in orders.json() if order.get("userId") == user_id],
    }


async def forward(service: str, request: Request) -> Response:
    body = await request.body()
    headers = {"content-type": request.headers["content-type"]} if "content-type" in request.headers else {}
    answer = await circuits[service].call(
        lambda: client.request(
            request.method,
            URLS[service] + request.url.path,
            params=request.query_params,
            content=body,
            headers=headers,
        )
    )
    return Response(content=answer.content, status_code=answer.status_code, media_type="application/json")


METHODS = ["GET", "POST", "PUT", "DELETE"]


@app.api_route("/{service}", methods=METHODS)
@app.api_route("/{service}/{path:path}", methods=METHODS)
async def route(service: str, request: Request):
    if service not in URLS:
        raise HTTPException(status_code=404, detail="Not found")
    return await forward(service, request)
