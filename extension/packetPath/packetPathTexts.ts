import type { PacketPathTexts } from '../../webview/protocol/packetPathTexts.ts';
import type { Localizer } from '../l10n/localizer.ts';
import { placeName } from './presentTrace.ts';

/** The fixed texts of the packet path view. `{0}` stays in those that the view fills in itself. */
export function packetPathTexts(l10n: Localizer): PacketPathTexts {
  return {
    tabs: {
      label: l10n.t('What to look at'),
      path: l10n.t('Path'),
      compare: l10n.t('Side by Side'),
      migration: l10n.t('Migration Check'),
    },
    form: formTexts(l10n),
    picture: {
      label: l10n.t('The way of the packet through the hooks of the kernel'),
      places: {
        source: l10n.t('In'),
        prerouting: placeName('prerouting', l10n),
        routing: placeName('routing', l10n),
        input: placeName('input', l10n),
        ipvs: placeName('ipvs', l10n),
        process: placeName('process', l10n),
        forward: placeName('forward', l10n),
        outputRouting: placeName('outputRouting', l10n),
        output: placeName('output', l10n),
        rerouting: placeName('rerouting', l10n),
        postrouting: placeName('postrouting', l10n),
        destination: placeName('destination', l10n),
      },
      play: l10n.t('Play'),
      pause: l10n.t('Pause'),
      zoomIn: l10n.t('Zoom In'),
      zoomOut: l10n.t('Zoom Out'),
      fit: l10n.t('Fit'),
      saveSvg: l10n.t('Save as SVG'),
      savePng: l10n.t('Save as PNG'),
    },
    outcomes: {
      label: l10n.t('Where it can end'),
      left: l10n.t('and {0} more', '{0}'),
      more: l10n.t('Show {0} more', '{0}'),
      fewer: l10n.t('Show fewer'),
      none: l10n.t('Say where a packet comes from and where it goes, and see its way through the node.'),
      notes: l10n.t('Good to know'),
    },
    steps: {
      label: l10n.t('Steps'),
      before: l10n.t('before'),
      after: l10n.t('after'),
      open: l10n.t('Open Rule'),
      misses: l10n.t('Rules that did not match'),
      hint: l10n.t('Arrow keys move along the path, Enter opens the rule.'),
    },
    whyNot: {
      label: l10n.t('Why not'),
      ask: l10n.t('Why Not?'),
      placeholder: l10n.t('Endpoint or verdict that you expected'),
      lookAt: l10n.t('Show Step'),
      openRule: l10n.t('Open Rule'),
    },
    compare: {
      label: l10n.t('The same packet in several modes'),
      run: l10n.t('Compare'),
      chooseModes: l10n.t('Modes'),
      differences: l10n.t('Differences'),
      costs: l10n.t('What the Modes Cost'),
      what: l10n.t('What'),
    },
    migration: {
      label: l10n.t('What another mode would change'),
      to: l10n.t('To'),
      run: l10n.t('Check'),
      cancel: l10n.t('Cancel'),
      intro: l10n.t(
        'Sends packets from all kinds of sources to all frontends, in thought, through the rules that stand and through those of another mode, and lists what would change.',
      ),
      service: l10n.t('Service'),
      packet: l10n.t('Packet'),
      open: l10n.t('Show both paths'),
      asMarkdown: l10n.t('Export as Markdown'),
      asJson: l10n.t('Export as JSON'),
    },
  };
}

function formTexts(l10n: Localizer): PacketPathTexts['form'] {
  return {
    label: l10n.t('The packet'),
    from: l10n.t('From'),
    pod: l10n.t('Pod of this node'),
    node: l10n.t('This node'),
    external: l10n.t('Outside'),
    address: l10n.t('Source address'),
    anyAddress: l10n.t('By the route'),
    device: l10n.t('In through'),
    destination: l10n.t('To'),
    destinationPlaceholder: l10n.t('Service or address'),
    protocol: l10n.t('Protocol'),
    port: l10n.t('Port'),
    more: l10n.t('More'),
    sourcePort: l10n.t('Source port'),
    anyPort: l10n.t('Any'),
    mark: l10n.t('Mark'),
    state: l10n.t('Connection'),
    states: {
      new: l10n.t('new'),
      established: l10n.t('established'),
      related: l10n.t('related'),
      invalid: l10n.t('invalid'),
      untracked: l10n.t('untracked'),
    },
    translatedTo: l10n.t('Translated to before'),
    remembered: l10n.t('Remembered endpoint'),
    nothing: l10n.t('None'),
    rules: l10n.t('Rules'),
    liveRules: l10n.t('As they stand'),
    trace: l10n.t('Trace'),
  };
}
