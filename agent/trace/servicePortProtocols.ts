/** IANA's numbers of the protocols that ports of Services have. */
export const servicePortProtocols = { tcp: 6, udp: 17, sctp: 132 } as const;
