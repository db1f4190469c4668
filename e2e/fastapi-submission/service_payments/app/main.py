"""The payments service."""
from fastapi import FastAPI

from .database import Base, engine
from .routes import payments

Base.metadata.create_all(bind=engine)
app = FastAPI(title="Payments")
app.include_router(payments.router)


@app.get("/health")
def health():
    return {"status": "ok"}
