"""What comes in and goes out."""
from datetime import datetime
from typing import Optional

from pydantic import BaseModel


class UserCreate(BaseModel):
    email: str
    name: str


class UserUpdate(BaseModel):
    email: Optional[str] = None
    name: Optional[str] = None


class UserResponse(BaseModel):
    id: int
    email: str
    name: str
    created_at: datetime

    class Config:
        orm_mode = True  # pydantic 1
        from_attributes = True  # pydantic 2
