"""The orders service."""
from fastapi import FastAPI

from .database import Base, engine
from .routes import orders

Base.metadata.create_all(bind=engine)
app = FastAPI(title="Orders")
app.include_router(orders.router)


@app.get("/health")
def health():
    return {"status": "ok"}
