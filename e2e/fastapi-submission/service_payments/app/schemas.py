"""What comes in and goes out."""
from datetime import datetime
from typing import Literal, Optional

from pydantic import BaseModel


class PaymentCreate(BaseModel):
    order_id: int
    amount: float


class PaymentUpdate(BaseModel):
    amount: Optional[float] = None
    status: Optional[Literal["pending", "completed", "failed"]] = None


class PaymentResponse(BaseModel):
    id: int
    order_id: int
    amount: float
    status: str
    created_at: datetime
    updated_at: datetime

    class Config:
        orm_mode = True  # pydantic 1
        from_attributes = True  # pydantic 2
