/** Whether a server's own words ask for a password: something that may be kept, unlike a one-time code. */
export function asksForPassword(prompt: string): boolean {
  return /passw|密码|密碼/i.test(prompt);
}
