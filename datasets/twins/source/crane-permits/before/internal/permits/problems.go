package permits

import "strings"

// Problem is one reason why a permit cannot be granted as it was applied for.
type Problem struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Problems is the error for a permit that breaks at least one rule.
type Problems struct {
	list []Problem
}

func (p *Problems) add(field, message string) {
	p.list = append(p.list, Problem{Field: field, Message: message})
}

// All returns the problems in the order in which they were found.
func (p *Problems) All() []Problem {
	return p.list
}

// Error puts all problems on one line.
func (p *Problems) Error() string {
	messages := make([]string, 0, len(p.list))
	for _, problem := range p.list {
		messages = append(messages, problem.Field+": "+problem.Message)
	}
	return strings.Join(messages, "; ")
}
