"""The endpoints."""
from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..database import get_db
from ..schemas import UserCreate, UserUpdate
from ..services import user_service as service

router = APIRouter(prefix="/users")


@router.post("")
def create(data: UserCreate, db: Session = Depends(get_db)):
    try:
        return service.create(db, data)
    except IntegrityError:
        db.rollback()
        raise HTTPException(status_code=400, detail="Email already registered")


@router.get("")
def find_all(db: Session = Depends(get_db)):
    return service.find_all(db)


@router.get("/{row_id}")
def find(row_id: int, db: Session = Depends(get_db)):
    row = service.find(db, row_id)
    if row is None:
        raise HTTPException(status_code=404, detail="User not found")
    return row


@router.put("/{row_id}")
def update(row_id: int, data: UserUpdate, db: Session = Depends(get_db)):
    try:
        row = service.update(db, row_id, data)
    except IntegrityError:
        db.rollback()
        raise HTTPException(status_code=400, detail="Email already registered")
    if row is None:
        raise HTTPException(status_code=404, detail="User not found")
    return row


@router.delete("/{row_id}")
def delete(row_id: int, db: Session = Depends(get_db)):
    if not service.delete(db, row_id):
        raise HTTPException(status_code=404, detail="User not found")
    return {"message": "User deleted"}
