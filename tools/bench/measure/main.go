// Command measure runs the parts of Yagura that a benchmark compares with
// another program, without the rest of an analysis:
//
//	measure distribution -form F -parties P -answers A
//	measure workbooks -form F -previous-form F -out DIR
//
// The first computes what tools/bench/pandas_distribution.py computes and
// prints the same lines; the second writes and reads the filled workbooks of a
// synthetic sector and prints the time for one.
package main

import (
	"flag"
	"fmt"
	"os"

	"yagura/internal/form"
)

func main() {
	if len(os.Args) < 2 {
		stop("measure distribution|workbooks")
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	formFile := flags.String("form", "", "questionnaire")
	previous := flags.String("previous-form", "", "questionnaire of the year before")
	parties := flags.String("parties", "", "institutions")
	answers := flags.String("answers", "", "answers as a long CSV")
	out := flags.String("out", "", "folder for the workbooks; it must exist")
	_ = flags.Parse(os.Args[2:]) // exits on an error
	var err error
	switch os.Args[1] {
	case "distribution":
		err = distribution(open(*formFile), *parties, *answers)
	case "workbooks":
		err = workbooks(open(*formFile), open(*previous), *out)
	default:
		stop("no such part: " + os.Args[1])
	}
	if err != nil {
		stop(err)
	}
}

func stop(why any) {
	fmt.Fprintln(os.Stderr, why)
	os.Exit(2)
}

func open(name string) *form.Form {
	data, err := os.ReadFile(name)
	if err != nil {
		stop(err)
	}
	f, found := form.Parse(name, data)
	if f == nil {
		stop(found)
	}
	return f
}
