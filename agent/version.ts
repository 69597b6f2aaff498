/** The agent's version: that of the extension it travels with (a test holds them equal). */
export const agentVersion = '0.1.0';
