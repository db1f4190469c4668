"""The table."""
from sqlalchemy import Column, DateTime, Integer, String, func

from .database import Base


class Order(Base):
    __tablename__ = "orders"

    id = Column(Integer, primary_key=True)
    userId = Column(Integer, nullable=False)
    product = Column(String, nullable=False)
    quantity = Column(Integer, default=1)
    created_at = Column(DateTime, server_default=func.now())
