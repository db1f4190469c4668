// What undici's types say of these, said of the files that hold them.
declare module 'undici/lib/dispatcher/client.js' {
  export { Client as default } from 'undici'
}
declare module 'undici/lib/core/errors.js' {
  export { errors as default } from 'undici'
}
declare module 'undici/lib/api/api-request.js' {
  import type { Client } from 'undici'

  const request: Client['request']
  export default request
}
