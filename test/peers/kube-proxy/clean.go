package main

import (
	"context"
	"errors"

	"k8s.io/kubernetes/pkg/proxy/iptables"
	"k8s.io/kubernetes/pkg/proxy/ipvs"
	"k8s.io/kubernetes/pkg/proxy/nftables"
)

// cleanAsStarting removes what a kube-proxy removes that starts in a mode (cmd/kube-proxy/app, platformCleanup).
func cleanAsStarting(ctx context.Context, mode string) error {
	failed := false
	if mode == "nftables" {
		failed = iptables.CleanupLeftovers(ctx)
		failed = ipvs.CleanupLeftovers(ctx) || failed
	} else {
		failed = nftables.CleanupLeftovers(ctx)
	}
	if failed {
		return errors.New("kube-proxy could not remove the rules of other modes")
	}
	return nil
}
