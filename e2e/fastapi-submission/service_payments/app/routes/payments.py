"""The endpoints."""
from typing import Optional

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy.orm import Session

from ..database import get_db
from ..schemas import PaymentCreate, PaymentUpdate
from ..services import payment_service as service

router = APIRouter(prefix="/payments")


@router.post("")
def create(data: PaymentCreate, db: Session = Depends(get_db)):
    return service.create(db, data)


@router.get("")
def find_all(order_id: Optional[int] = None, db: Session = Depends(get_db)):
    return service.find_all(db, order_id)


@router.get("/{row_id}")
def find(row_id: int, db: Session = Depends(get_db)):
    row = service.find(db, row_id)
    if row is None:
        raise HTTPException(status_code=404, detail="Payment not found")
    return row


@router.put("/{row_id}")
def update(row_id: int, data: PaymentUpdate, db: Session = Depends(get_db)):
    row = service.update(db, row_id, data)
    if row is None:
        raise HTTPException(status_code=404, detail="Payment not found")
    return row


@router.delete("/{row_id}")
def delete(row_id: int, db: Session = Depends(get_db)):
    if not service.delete(db, row_id):
        raise HTTPException(status_code=404, detail="Payment not found")
    return {"message": "Payment deleted"}
