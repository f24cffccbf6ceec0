"""Acne: plug, C. acnes, inflammation, and the lesions that follow one another, each relative to its own number at rest.

Every state but the scars is 1 (the bacteria's logarithm 0) when nothing acts, so the untreated state is known exactly
and holds for any values. How many lesions a relative stock of 1 stands for is the person's own count (see
`simulation.acne_course`). Rates follow from what was observed: shares of the lesions seen, what an inflamed lesion
grew from, and how long a papule lasts.

Three choices. C. acnes grows by Gompertz's law, since what is measured and killed at a rate is the logarithm of its
density; the logistic law would let any killing above the growth rate end in nothing. Micro-comedones vastly
outnumber visible lesions, so those that become visible do not deplete them. Androgens act through sebum alone.

What acts from outside are states with a slope, so that any course that is linear between knots can be put in.
"""

from __future__ import annotations

from holocrine.modelling.declaration import Assigned, Constant, Piece, State, compose

INPUTS = Piece(
    states=(
        State("R", "1", "v_R", 1.0, "sebum excretion over that of the untreated person"),
        State("E_K", "1", "v_K", 0.0, "share of plug formation that drugs remove"),
        State("kill", "1/day", "v_kill", 0.0, "rate at which drugs kill C. acnes"),
        State("E_I", "1", "v_I", 0.0, "share of inflammation that drugs remove"),
        State("f", "1", "v_f", 1.0, "flare: cycle and season"),
    ),
    constants=(
        Constant("v_R", "1/day", "slope of the sebum course", "set at every knot"),
        Constant("v_K", "1/day", "slope of the drugs' effect on the plug", "set at every knot"),
        Constant("v_kill", "1/day2", "slope of killing", "set at every knot"),
        Constant("v_I", "1/day", "slope of the drugs' effect on inflammation", "set at every knot"),
        Constant("v_f", "1/day", "slope of the flare", "set at every knot"),
    ),
)

FOLLICLE = Piece(
    states=(
        State(
            "K", "1", "((1 - s_K + s_K*I)*(1 - E_K) - K)/tau_K", 1.0, "plug: thickness of the follicle's horny layer"
        ),
        State("y", "1", "mu*(capacity - y) - kill", 0.0, "natural logarithm of the density of C. acnes"),
        State("I", "1", "(exp(a_I*y)*(1 - h_I + h_I*K)*irritation - I)/tau_I", 1.0, "inflammation of the follicle"),
        State("m", "1", "(K*filling - m)/tau_m", 1.0, "micro-comedones"),
    ),
    constants=(
        Constant("s_K", "1", "share of plug formation that inflammation drives", "plug_from_inflammation"),
        Constant("tau_K", "day", "turnover of the plug", "plug_days"),
        Constant("mu", "1/day", "rate at which the bacteria's logarithm returns", "bacteria_return"),
        Constant("b", "1", "exponent of sebum on the bacteria's capacity", "capacity_exponent"),
        Constant("a_I", "1", "exponent of bacterial density on inflammation", "bacteria_exponent"),
        Constant("h_I", "1", "share of inflammation that the plug drives", "inflammation_from_plug"),
        Constant("e_I", "1", "exponent of sebum on inflammation", "inflammation_exponent"),
        Constant("tau_I", "day", "time constant of inflammation", "inflammation_days"),
        Constant("e_m", "1", "exponent of sebum on the forming of micro-comedones", "comedo_exponent"),
        Constant("tau_m", "day", "life of a micro-comedo", "micro_comedo_days"),
    ),
    assigned=(
        Assigned("capacity", "1", "b*log(R)", "natural logarithm of what sebum feeds of C. acnes"),
        Assigned("irritation", "1", "R**e_I*(1 - E_I)", "what sebum itself and drugs do to inflammation"),
        Assigned("filling", "1", "R**e_m", "what sebum does to the forming of micro-comedones"),
    ),
)

BRANCHING = Piece(
    constants=(
        Constant("C0", "1", "closed comedones among visible lesions", "closed_share"),
        Constant("P0", "1", "papules among visible lesions", "papule_share"),
        Constant("U0", "1", "pustules among visible lesions", "pustule_share"),
        Constant("N0", "1", "nodules among visible lesions", "nodule_share"),
        Constant("A0", "1", "macules among visible lesions", "macule_share"),
        Constant("w_m", "1", "inflamed lesions that arise in normal-looking skin", "from_normal_skin"),
        Constant("w_a", "1", "inflamed lesions that arise from a macule", "from_macule"),
        Constant("w_s", "1", "inflamed lesions that arise in a scar", "from_scar"),
        Constant("i_c", "1", "closed comedones that become inflamed", "closed_inflaming"),
        Constant("q_a", "1", "inflamed lesions that leave a macule", "macule_after"),
        Constant("tau_p", "day", "life of a papule", "papule_days"),
        Constant("r_u", "1", "life of a pustule over that of a papule", "pustule_ratio"),
        Constant("r_o", "1", "life of a nodule over that of a papule", "nodule_ratio"),
        Constant("p_s", "1", "scars that an inflamed lesion leaves on average", "scar_probability"),
        Constant("k_o", "1", "scars of a nodule over those of a papule", "nodule_scar_ratio"),
    ),
    assigned=(
        Assigned("w_c", "1", "1 - w_m - w_a - w_s", "inflamed lesions that arise from a comedo"),
        Assigned("phi_u", "1", "U0/(P0*r_u)", "papules that become pustules"),
        Assigned("phi_o", "1", "N0/(P0*r_o)", "papules that become nodules"),
        Assigned("j_c", "1/day", "w_c*P0/(C0*i_c*tau_p)", "turnover of closed comedones"),
        Assigned("j_a", "1/day", "q_a*P0/(A0*tau_p)", "turnover of macules"),
        Assigned("i_a", "1", "w_a/q_a", "macules that become inflamed again"),
        Assigned("p_sup", "1", "p_s/(1 - phi_o + k_o*phi_o)", "scars that a papule or pustule leaves on average"),
        Assigned("p_deep", "1", "k_o*p_sup", "scars that a nodule leaves on average"),
    ),
)

LESIONS = Piece(
    states=(
        State("cc", "1", "j_c*(f*m - (1 - i_c)*cc - i_c*f*I*cc)", 1.0, "closed comedones"),
        State("oc", "1", "(f*m - oc)/tau_oc", 1.0, "open comedones"),
        State("p", "1", "(f*I*(w_c*cc + w_m*m + w_a*a + w_s) - p)/tau_p", 1.0, "papules"),
        State("u", "1", "(p - u)/(r_u*tau_p)", 1.0, "pustules"),
        State("o", "1", "(p - o)/(r_o*tau_p)", 1.0, "nodules"),
        State("a", "1", "j_a*((1 - phi_u - phi_o)*p + phi_u*u + phi_o*o - (1 - i_a)*a - i_a*f*I*a)", 1.0, "macules"),
        State(
            "s", "1", "p_sup*((1 - phi_u - phi_o)*p + phi_u*u)/tau_p", 0.0, "scars of papules and pustules per papule"
        ),
        State("s_o", "1", "p_deep*phi_o*o/tau_p", 0.0, "scars of nodules per papule"),
    ),
    constants=(Constant("tau_oc", "day", "life of an open comedo", "open_comedo_days"),),
)

ACNE = compose(
    "acne",
    (INPUTS, FOLLICLE, BRANCHING, LESIONS),
    outputs=("cc", "oc", "p", "u", "o", "a", "s", "s_o"),
)
