package main

import (
	"fmt"
	"os/exec"
	"strings"

	utilipset "k8s.io/kubernetes/pkg/proxy/ipvs/ipset"
)

// batchedIPSet keeps the entries that kube-proxy adds, each with a run of ipset of its own, and adds them in one run. The
// emulated test node takes most of a minute otherwise.
type batchedIPSet struct {
	utilipset.Interface
	lines []string
}

func (batched *batchedIPSet) AddEntry(entry string, set *utilipset.IPSet, _ bool) error {
	batched.lines = append(batched.lines, fmt.Sprintf("add %s %s -exist\n", set.Name, entry))
	return nil
}

// write adds all entries so far.
func (batched *batchedIPSet) write() error {
	if len(batched.lines) == 0 {
		return nil
	}
	command := exec.Command(utilipset.IPSetCmd, "restore")
	command.Stdin = strings.NewReader(strings.Join(batched.lines, ""))
	batched.lines = nil
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("ipset restore: %w: %s", err, output)
	}
	return nil
}
