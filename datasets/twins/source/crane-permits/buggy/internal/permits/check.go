// Package permits decides whether an abnormal load may use the route it was applied for.
package permits

import (
	"errors"
	"fmt"
)

// Kind says what is to go on the road.
type Kind string

const (
	KindLoad   Kind = "load"
	KindCrane  Kind = "crane"
	KindConvoy Kind = "convoy"
)

// ErrByHand is returned for permits that a clerk has to look at.
var ErrByHand = errors.New("permit has to be checked by hand")

// Permit is an application as the form has read it: every number is there and none is negative.
type Permit struct {
	ID       string
	Kind     Kind
	WidthMM  int
	HeightMM int
	WeightKg int

	// For cranes only.
	AxleLoadsKg []int
	Escorts     int
}

// Limits are the largest dimensions that a route takes.
type Limits struct {
	WidthMM    int
	HeightMM   int
	WeightKg   int
	AxleLoadKg int
}

// Check returns nil for a permit that can be granted, *Problems for one that breaks a rule and ErrByHand for
// a kind that is not checked here.
func Check(p Permit, limits Limits) error {
	switch p.Kind {
	case KindLoad:
		return checkLoad(p, limits)
	case KindCrane:
		return checkCrane(p, limits)
	default:
		return fmt.Errorf("permit %s: %w", p.ID, ErrByHand)
	}
}

func checkLoad(p Permit, limits Limits) error {
	problems := &Problems{}
	checkSize(p, limits, problems)
	if len(problems.list) > 0 {
		return problems
	}
	return nil
}

func checkSize(p Permit, limits Limits, problems *Problems) {
	if p.WidthMM > limits.WidthMM {
		problems.add("width", fmt.Sprintf("%d mm, the route takes %d mm", p.WidthMM, limits.WidthMM))
	}
	if p.HeightMM > limits.HeightMM {
		problems.add("height", fmt.Sprintf("%d mm, the route takes %d mm", p.HeightMM, limits.HeightMM))
	}
	if p.WeightKg > limits.WeightKg {
		problems.add("weight", fmt.Sprintf("%d kg, the route takes %d kg", p.WeightKg, limits.WeightKg))
	}
}
