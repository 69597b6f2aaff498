// Command oracle programs the kernel of the network namespace it runs in as kube-proxy does: it hands the Services and
// EndpointSlices of a file to the proxiers of k8s.io/kubernetes, with no API server, and ends after the first sync.
// With -bench it syncs when it is told to, and says how long that took; with -start it first removes what kube-proxy
// removes of other modes when it starts.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	v1 "k8s.io/api/core/v1"
	"k8s.io/component-base/metrics/legacyregistry"
	"k8s.io/kubernetes/pkg/proxy"
	utilipset "k8s.io/kubernetes/pkg/proxy/ipvs/ipset"
)

// failureMetrics count the syncs that the kernel or its tools refused; kube-proxy only logs those and tries again.
var failureMetrics = map[string]bool{
	"kubeproxy_sync_proxy_rules_iptables_restore_failures_total": true,
	"kubeproxy_sync_proxy_rules_nftables_sync_failures_total":    true,
}

func main() {
	flags := defineFlags(flag.CommandLine)
	mode := flag.String("mode", "iptables", "iptables, ipvs or nftables")
	file := flag.String("objects", "", "file with one Service or EndpointSlice in JSON on each line")
	isBench := flag.Bool("bench", false, "sync whenever standard input says so, and print how long it took")
	isStart := flag.Bool("start", false, "remove other modes' rules first, as a kube-proxy that starts does")
	flag.Parse()
	if *isStart {
		// kube-proxy goes on when that fails (Options.Run), and so does this.
		if err := cleanAsStarting(context.Background(), *mode); err != nil {
			fmt.Fprintln(os.Stderr, "oracle:", err)
		}
	}
	if err := run(*mode, *file, flags, *isBench); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

func run(mode, file string, flags *nodeFlags, isBench bool) error {
	config, err := flags.config(mode)
	if err != nil {
		return err
	}
	ipset := &batchedIPSet{Interface: utilipset.New()}
	proxier, err := newProxier(context.Background(), mode, config, chooseIPSet(ipset, isBench))
	if err != nil {
		return err
	}
	objects, err := readObjects(file, config.family())
	if err != nil {
		return err
	}
	proxier.OnTopologyChange(map[string]string{v1.LabelTopologyZone: config.zone, v1.LabelHostname: config.name})
	if len(config.serviceCIDRs) > 0 {
		proxier.OnServiceCIDRsChanged(config.serviceCIDRs)
	}
	for _, service := range objects.services {
		proxier.OnServiceAdd(service)
	}
	for _, slice := range objects.slices {
		proxier.OnEndpointSliceAdd(slice)
	}
	proxier.OnServiceSynced()
	if isBench {
		return bench(proxier, objects.slices)
	}
	if err := sync(proxier); err != nil {
		return err
	}
	return ipset.write()
}

// chooseIPSet gives kube-proxy's own way to ipset when it is what is measured.
func chooseIPSet(batched *batchedIPSet, isBench bool) utilipset.Interface {
	if isBench {
		return batched.Interface
	}
	return batched
}

// sync brings the kernel up to date: told that it has seen everything, a proxier syncs before the call returns.
func sync(proxier proxy.Provider) error {
	proxier.OnEndpointSlicesSynced()
	return checkFailures()
}

// checkFailures reports a sync that did not go through.
func checkFailures() error {
	families, err := legacyregistry.DefaultGatherer.Gather()
	if err != nil {
		return err
	}
	for _, family := range families {
		if !failureMetrics[family.GetName()] {
			continue
		}
		for _, metric := range family.GetMetric() {
			if metric.GetCounter().GetValue() > 0 {
				return fmt.Errorf("kube-proxy counted a failure in %s", family.GetName())
			}
		}
	}
	return nil
}
