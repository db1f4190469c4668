"""The users service."""
from fastapi import FastAPI

from .database import Base, engine
from .routes import users

Base.metadata.create_all(bind=engine)
app = FastAPI(title="Users")
app.include_router(users.router)


@app.get("/health")
def health():
    return {"status": "ok"}
