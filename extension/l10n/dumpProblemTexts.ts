import type { Wordings } from './codedMessage.ts';

/** What the parsers of ipset, ipvsadm and nft dumps, the reader of objects and the language server report. */
export const dumpProblemTexts: Wordings = {
  'ipset-unknown-command': (args, l10n) => l10n.t('ipset has no command "{word}".', args),
  'ipset-missing-argument': (args, l10n) => l10n.t('{command} lacks one of its arguments.', args),
  'ipset-unknown-type': (args, l10n) =>
    l10n.t('The set type "{type}" is not known; its entries are kept as they are.', args),
  'ipset-duplicate-set': (args, l10n) => l10n.t('The set "{set}" is created twice.', args),
  'ipset-set-not-created': (args, l10n) =>
    l10n.t('The set "{set}" is not created here, so what its entries mean is not known.', args),
  'ipset-entry-mismatch': (args, l10n) => l10n.t('"{entry}" is no entry for a set of type {type}.', args),
  'ipset-unclosed-quote': (args, l10n) => l10n.t('A double quote is not closed on its line.', args),
  'ipset-unknown-option': (args, l10n) => l10n.t('ipset has no option "{option}" here.', args),
  'ipset-option-without-value': (args, l10n) => l10n.t('The option "{option}" needs a value.', args),
  'ipvs-unknown-command': (args, l10n) => l10n.t('"{word}" is no command of ipvsadm.', args),
  'ipvs-unexpected-word': (args, l10n) => l10n.t('"{word}" has no place here.', args),
  'ipvs-unknown-option': (args, l10n) => l10n.t('ipvsadm has no option "{option}".', args),
  'ipvs-option-without-value': (args, l10n) => l10n.t('The option "{option}" needs a value.', args),
  'ipvs-missing-service': (args, l10n) =>
    l10n.t('The rule does not say a service: -t, -u or --sctp-service with an address and a port, or -f MARK.', args),
  'ipvs-missing-real-server': (args, l10n) => l10n.t('The rule needs -r with the address of the real server.', args),
  'ipvs-duplicate-service': (args, l10n) => l10n.t('The virtual server {service} is added twice.', args),
  'ipvs-unknown-service': (args, l10n) =>
    l10n.t('The virtual server {service} is not added before its real server.', args),
  'ipvs-symbolic-address': (args, l10n) =>
    l10n.t('"{address}" is written with names; run "ipvsadm -S -n" to see numbers.', args),
  'ipvs-invalid-value': (args, l10n) => l10n.t('"{value}" is no value for the option "{option}".', args),
  'ipvs-line-not-understood': (args, l10n) => l10n.t('"{line}" is no line of an ipvsadm list.', args),
  'nft-empty': (args, l10n) => l10n.t('There is nothing to read.', args),
  'nft-json-trailing': (args, l10n) => l10n.t('More text follows after the end of the JSON object.', args),
  'nft-json-no-ruleset': (args, l10n) => l10n.t('The JSON object has no member "nftables".', args),
  'nft-json-truncated': (args, l10n) => l10n.t('The JSON text ends too early; what stands before was read.', args),
  'nft-json-syntax': (args, l10n) => l10n.t('This is not JSON; what follows was not read.', args),
  'nft-json-incomplete-object': (args, l10n) => l10n.t('This "{kind}" lacks its name, table, chain or family.', args),
  'nft-unlisted-chain': (args, l10n) => l10n.t('The chain "{chain}" has rules but is not listed.', args),
  'nft-text-unexpected-brace': (args, l10n) => l10n.t('This brace closes nothing.', args),
  'nft-text-truncated': (args, l10n) => l10n.t('The text ends within a block; what stands before was read.', args),
  'nft-text-not-understood': (args, l10n) =>
    l10n.t('"{statement}" is nothing that "nft list ruleset" prints here.', args),
  'nft-part-not-understood': (args, l10n) =>
    l10n.t('"{source}" is kept as it stands; what it does is not known.', args),
  'object-invalid': (args, l10n) => l10n.t('This {kind} was left out because {field} is not valid: {reason}.', args),
  'object-duplicate': (args, l10n) =>
    l10n.t('The {kind} {name} stands here again; the one further up does not count.', args),
  'objects-without-services': (args, l10n) =>
    l10n.t('The objects that were given hold no Service, so nothing gets a name from them.', args),
  'object-without-kind': (args, l10n) =>
    l10n.t('{path} was left out because it is not a Kubernetes object (it has no kind).', args),
  'objects-unreadable': (args, l10n) => l10n.t('This is neither JSON nor YAML: {reason}.', args),
  'document-too-large': (args, l10n) => l10n.t('This document is larger than {megabytes} MB and is not checked.', args),
};
