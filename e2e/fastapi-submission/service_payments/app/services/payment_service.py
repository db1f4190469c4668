"""The rules, and the cache in front of the database."""
import random
from fastapi.encoders import jsonable_encoder
from sqlalchemy.orm import Session

from .. import redis_client
from ..models import Payment
from ..schemas import PaymentCreate, PaymentResponse, PaymentUpdate


def to_dict(row: Payment) -> dict:
    return jsonable_encoder(PaymentResponse.from_orm(row))


def create(db: Session, data: PaymentCreate) -> dict:
    row = Payment(**data.dict())
    row.status = "failed" if random.random() < 0.3 else "completed"
    db.add(row)
    db.commit()
    db.refresh(row)
    return to_dict(row)


def find(db: Session, row_id: int):
    cached = redis_client.get(f"payment:{row_id}")
    if cached:
        return cached
    row = db.query(Payment).filter(Payment.id == row_id).first()
    if row is None:
        return None
    found = to_dict(row)
    redis_client.put(f"payment:{row_id}", found)
    return found


def find_all(db: Session, order_id=None) -> list:
    query = db.query(Payment)
    if order_id is not None:
        query = query.filter(Payment.order_id == order_id)
    return [to_dict(row) for row in query.all()]


def update(db: Session, row_id: int, data: PaymentUpdate):
    row = db.query(Payment).filter(Payment.id == row_id).first()
    if row is None:
        return None
    for field, value in data.dict(exclude_unset=True).items():
        setattr(row, field, value)
    db.commit()
    db.refresh(row)
    redis_client.forget(f"payment:{row_id}")
    return to_dict(row)


def delete(db: Session, row_id: int) -> bool:
    row = db.query(Payment).filter(Payment.id == row_id).first()
    if row is None:
        return False
    db.delete(row)
    db.commit()
    redis_client.forget(f"payment:{row_id}")
    return True
