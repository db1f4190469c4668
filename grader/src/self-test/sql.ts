/** A statement that is planned each time, as it is not worth a name. */
export const sql = (text: string): { name: string; text: string } => ({ name: '', text })
