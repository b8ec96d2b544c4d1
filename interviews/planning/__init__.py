"""Pure computation for loops: which questions are asked, and who meets the candidate when.

No Django here. Frozen dataclasses go in and come out; what people read is built elsewhere from
the codes and parameters these modules return. `assembly` compiles a loop, `panels` plans its panel.
"""
