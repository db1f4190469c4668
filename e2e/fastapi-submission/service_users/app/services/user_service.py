"""The rules, and the cache in front of the database."""
from fastapi.encoders import jsonable_encoder
from sqlalchemy.orm import Session

from .. import redis_client
from ..models import User
from ..schemas import UserCreate, UserResponse, UserUpdate


def to_dict(row: User) -> dict:
    return jsonable_encoder(UserResponse.from_orm(row))


def create(db: Session, data: UserCreate) -> dict:
    row = User(**data.dict())
    db.add(row)
    db.commit()
    db.refresh(row)
    return to_dict(row)


def find(db: Session, row_id: int):
    cached = redis_client.get(f"user:{row_id}")
    if cached:
        return cached
    row = db.query(User).filter(User.id == row_id).first()
    if row is None:
        return None
    found = to_dict(row)
    redis_client.put(f"user:{row_id}", found)
    return found


def find_all(db: Session) -> list:
    return [to_dict(row) for row in db.query(User).all()]


def update(db: Session, row_id: int, data: UserUpdate):
    row = db.query(User).filter(User.id == row_id).first()
    if row is None:
        return None
    for field, value in data.dict(exclude_unset=True).items():
        setattr(row, field, value)
    db.commit()
    db.refresh(row)
    redis_client.forget(f"user:{row_id}")
    return to_dict(row)


def delete(db: Session, row_id: int) -> bool:
    row = db.query(User).filter(User.id == row_id).first()
    if row is None:
        return False
    db.delete(row)
    db.commit()
    redis_client.forget(f"user:{row_id}")
    return True
