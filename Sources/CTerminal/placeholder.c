int laq_placeholder;
