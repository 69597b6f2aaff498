// Command oracle programs the kernel of the network namespace it runs in as kube-proxy does: it hands the Services and
// EndpointSlices of a file to the proxiers of k8s.io/kubernetes, with no API server, and ends after the first sync.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"

	v1 "k8s.io/api/core/v1"
	"k8s.io/component-base/metrics/legacyregistry"
)

// failureMetrics count the syncs that the kernel or its tools refused; kube-proxy only logs those and tries again.
var failureMetrics = map[string]bool{
	"kubeproxy_sync_proxy_rules_iptables_restore_failures_total": true,
	"kubeproxy_sync_proxy_rules_nftables_sync_failures_total":    true,
}

func main() {
	config := nodeConfig{}
	mode := flag.String("mode", "iptables", "iptables, ipvs or nftables")
	file := flag.String("objects", "", "file with one Service or EndpointSlice in JSON on each line")
	nodeIP := flag.String("node-ip", "10.0.2.15", "the node's address; its family is the one that is programmed")
	flag.StringVar(&config.name, "node", "testnode", "the node's name")
	flag.StringVar(&config.zone, "zone", "zone-a", "the node's topology.kubernetes.io/zone")
	flag.StringVar(&config.clusterCIDR, "cluster-cidr", "10.244.0.0/16", "addresses of pods")
	flag.Parse()
	config.ip = net.ParseIP(*nodeIP)
	if err := run(*mode, *file, config); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

func run(mode, file string, config nodeConfig) error {
	if config.ip == nil {
		return fmt.Errorf("-node-ip is no IP address")
	}
	proxier, err := newProxier(context.Background(), mode, config)
	if err != nil {
		return err
	}
	objects, err := readObjects(file, config.family())
	if err != nil {
		return err
	}
	proxier.OnTopologyChange(map[string]string{v1.LabelTopologyZone: config.zone, v1.LabelHostname: config.name})
	for _, service := range objects.services {
		proxier.OnServiceAdd(service)
	}
	for _, slice := range objects.slices {
		proxier.OnEndpointSliceAdd(slice)
	}
	// Told that it has seen everything, a proxier syncs before the call returns.
	proxier.OnServiceSynced()
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
