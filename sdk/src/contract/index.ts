export { Id, MAX_INT4, MAX_PAGE_SIZE, MAX_TEXT_LENGTH, parseId, QueryId } from './fields.ts'
export {
  Circuit,
  CircuitState,
  Health,
  Latency,
  Ready,
  ServiceName,
  ServiceStatus,
  Status,
  Transition,
  UserDetails,
} from './gateway.ts'
export { issueText } from './issue-text.ts'
export { createOpenApiDocument, type OpenApiDocument } from './openapi.ts'
export { CreateOrder, ListOrders, Order, UpdateOrder } from './orders.ts'
export { CreatePayment, ListPayments, Payment, PaymentStatus, UpdatePayment } from './payments.ts'
export {
  FieldError,
  PROBLEM_MEDIA_TYPE,
  PROBLEMS,
  Problem,
  type ProblemName,
  problemType,
} from './problem.ts'
export { SERVICES } from './services.ts'
export { CreateUser, ListUsers, UpdateUser, User } from './users.ts'
