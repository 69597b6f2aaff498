/** Thrown for a packet that cannot be. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';
  readonly code: 'invalid-address' | 'invalid-endpoint' | 'port-missing' | 'other-family';
  readonly args: Readonly<Record<string, string | number>>;

  private constructor(code: InvalidRequest['code'], message: string, args: InvalidRequest['args']) {
    super(message);
    this.code = code;
    this.args = args;
  }

  static address(text: string): InvalidRequest {
    return new InvalidRequest('invalid-address', `"${text}" is not an IP address.`, { text });
  }

  static endpoint(text: string): InvalidRequest {
    return new InvalidRequest('invalid-endpoint', `"${text}" is not ADDRESS:PORT of the packet's family.`, { text });
  }

  static port(protocol: string): InvalidRequest {
    return new InvalidRequest('port-missing', `A packet of ${protocol} needs a port to go to.`, { protocol });
  }

  static source(source: string, destination: string): InvalidRequest {
    return new InvalidRequest('other-family', `A packet from ${source} cannot go to ${destination}.`, {
      source,
      destination,
    });
  }
}
