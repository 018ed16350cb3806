package permits

import "testing"

func TestCheckCrane(t *testing.T) {
	limits := Limits{WidthMM: 3500, HeightMM: 4300, WeightKg: 72000, AxleLoadKg: 12000}
	fits := Permit{
		ID: "K-2041", Kind: KindCrane, WidthMM: 2750, HeightMM: 4000, WeightKg: 48000,
		AxleLoadsKg: []int{12000, 12000, 12000, 12000},
	}
	cases := []struct {
		name   string
		change func(*Permit)
		field  string
	}{
		{"fits", func(*Permit) {}, ""},
		{"too high", func(p *Permit) { p.HeightMM = 4301 }, "height"},
		{"heavy axle", func(p *Permit) { p.AxleLoadsKg = []int{11000, 12001} }, "axles"},
		{"no axles", func(p *Permit) { p.AxleLoadsKg = nil }, "axles"},
		{"wide without escort", func(p *Permit) { p.WidthMM = 3001 }, "escorts"},
		{"wide with escort", func(p *Permit) { p.WidthMM, p.Escorts = 3001, 1 }, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := fits
			c.change(&p)
			problems := checkCrane(p, limits)
			if c.field == "" {
				if problems != nil {
					t.Fatalf("got %v, want none", problems)
				}
				return
			}
			if all := problems.All(); len(all) != 1 || all[0].Field != c.field {
				t.Fatalf("got %v, want one about %s", all, c.field)
			}
		})
	}
}
