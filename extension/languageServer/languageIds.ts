/** Ids of the languages, as the extension contributes them. */
export const languageIds = ['iptables-save', 'ipset-save', 'ipvsadm-save', 'nftables'] as const;
