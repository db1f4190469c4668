"""The rules, and the cache in front of the database."""
from fastapi.encoders import jsonable_encoder
from sqlalchemy.orm import Session

from .. import redis_client
from ..models import Order
from ..schemas import OrderCreate, OrderResponse, OrderUpdate


def to_dict(row: Order) -> dict:
    return jsonable_encoder(OrderResponse.from_orm(row))


def create(db: Session, data: OrderCreate) -> dict:
    row = Order(**data.dict())
    db.add(row)
    db.commit()
    db.refresh(row)
    return to_dict(row)


def find(db: Session, row_id: int):
    cached = redis_client.get(f"order:{row_id}")
    if cached:
        return cached
    row = db.query(Order).filter(Order.id == row_id).first()
    if row is None:
        return None
    found = to_dict(row)
    redis_client.put(f"order:{row_id}", found)
    return found


def find_all(db: Session, userId=None) -> list:
    query = db.query(Order)
    if userId is not None:
        query = query.filter(Order.userId == userId)
    return [to_dict(row) for row in query.all()]


def update(db: Session, row_id: int, data: OrderUpdate):
    row = db.query(Order).filter(Order.id == row_id).first()
    if row is None:
        return None
    for field, value in data.dict(exclude_unset=True).items():
        setattr(row, field, value)
    db.commit()
    db.refresh(row)
    redis_client.forget(f"order:{row_id}")
    return to_dict(row)


def delete(db: Session, row_id: int) -> bool:
    row = db.query(Order).filter(Order.id == row_id).first()
    if row is None:
        return False
    db.delete(row)
    db.commit()
    redis_client.forget(f"order:{row_id}")
    return True
