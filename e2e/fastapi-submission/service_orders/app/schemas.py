"""What comes in and goes out."""
from datetime import datetime
from typing import Optional

from pydantic import BaseModel


class OrderCreate(BaseModel):
    userId: int
    product: str
    quantity: int = 1


class OrderUpdate(BaseModel):
    userId: Optional[int] = None
    product: Optional[str] = None
    quantity: Optional[int] = None


class OrderResponse(BaseModel):
    id: int
    userId: int
    product: str
    quantity: int
    created_at: datetime

    class Config:
        orm_mode = True  # pydantic 1
        from_attributes = True  # pydantic 2
