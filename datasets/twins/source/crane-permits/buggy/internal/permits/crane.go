package permits

import "fmt"

// A crane wider or heavier than this needs at least one escort vehicle.
const (
	escortWidthMM  = 3000
	escortWeightKg = 60000
)

// CraneHints lists what still keeps a crane from its permit, for the form that is being filled in.
func CraneHints(p Permit, limits Limits) []Problem {
	return checkCrane(p, limits).All()
}

// checkCrane returns nil for a crane that may use the route.
func checkCrane(p Permit, limits Limits) *Problems {
	problems := &Problems{}
	checkSize(p, limits, problems)
	if len(p.AxleLoadsKg) == 0 {
		problems.add("axles", "the load on every axle is needed")
	}
	for i, load := range p.AxleLoadsKg {
		if load > limits.AxleLoadKg {
			problems.add("axles", fmt.Sprintf("axle %d: %d kg, the route takes %d kg", i+1, load, limits.AxleLoadKg))
		}
	}
	if needsEscort(p) && p.Escorts == 0 {
		problems.add("escorts", fmt.Sprintf("needed above %d mm or %d kg", escortWidthMM, escortWeightKg))
	}
	if len(problems.list) > 0 {
		return problems
	}
	return nil
}

func needsEscort(p Permit) bool {
	return p.WidthMM > escortWidthMM || p.WeightKg > escortWeightKg
}
