export type { ApiPromise, ApiResponse, CacheStatus, Timings } from './api-promise.ts'
export { type Client, type ClientOptions, createClient } from './client.ts'
export type {
  Circuit,
  CircuitState,
  FieldError,
  Health,
  Latency,
  Order,
  Payment,
  PaymentStatus,
  Problem,
  ProblemName,
  Ready,
  ServiceName,
  ServiceStatus,
  Status,
  Transition,
  User,
  UserDetails,
} from './contract/index.ts'
export type { ResponseHeaders } from './errors.ts'
export {
  AbortError,
  ApiError,
  CircuitOpenError,
  ConflictError,
  ConnectionError,
  ContractError,
  type ContractIssue,
  type HttpResponse,
  isAbortError,
  isApiError,
  isCircuitOpenError,
  isConflictError,
  isConnectionError,
  isContractError,
  isNotFoundError,
  isRateLimitError,
  isSdkError,
  isTimeoutError,
  isValidationError,
  NotFoundError,
  RateLimitError,
  SdkError,
  TimeoutError,
  ValidationError,
} from './errors.ts'
export type { ApiList, ListParameters } from './list.ts'
export type {
  CallOptions,
  Hooks,
  Logger,
  RequestEvent,
  RequestFacts,
  ResponseEvent,
  RetryEvent,
  Validation,
} from './options.ts'
export type { Gateway } from './resources/gateway.ts'
export type { ListOrdersParameters, NewOrder, OrderChanges, Orders } from './resources/orders.ts'
export type { ListPaymentsParameters, NewPayment, PaymentChanges, Payments } from './resources/payments.ts'
export type { RequestMethod, RequestOptions, SendRequest } from './resources/request.ts'
export type { NewUser, UserChanges, Users } from './resources/users.ts'
export type { Backoff } from './retry-timing.ts'
export type { WaitFor, WaitForOptions } from './wait-for.ts'
export type { WatchEvent, WatchOptions } from './watch.ts'
